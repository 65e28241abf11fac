"""What the wheel has besides its packages: the pages that `wswarm help` and `wswarm explain` show."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Pages(BuildHookInterface):
    """Puts the pages of the documentation beside the package's modules; a checkout has them already."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a wheel that is no link to a checkout."""
        if version == "standard":
            for page in sorted(Path(self.root, "docs").glob("*.md")):
                build_data["force_include"][str(page)] = f"wswarm/docs/{page.name}"
