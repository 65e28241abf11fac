"""How much a target can carry: trials under one load after another, in rounds."""
