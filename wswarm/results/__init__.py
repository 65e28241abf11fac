"""What a measurement found, as it is stored and handed on."""
