"""What the wheel has besides its package: pages for `wswarm help` and `wswarm explain`, the reference application."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Companions(BuildHookInterface):
    """Puts pages and application into the package's folder; a checkout has them beside it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a wheel that is no link to a checkout."""
        if version != "standard":
            return
        packed = build_data["force_include"]
        docs = Path(self.root, "docs")
        for page in sorted([*docs.glob("*.md"), *docs.glob("tutorials/*.md")]):
            packed[str(page)] = f"wswarm/docs/{page.relative_to(docs).as_posix()}"
        packed[str(Path(self.root, "target_app"))] = "wswarm/apps/target_app"
