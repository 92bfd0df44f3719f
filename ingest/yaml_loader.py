"""The safe loader for YAML, the one in C where PyYAML was built with it, which is ten times as fast; YAML files."""

from __future__ import annotations

from pathlib import Path

import yaml

# Its methods and errors are those of `yaml.SafeLoader`.
YamlLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def yaml_files(folder: Path) -> list[Path]:
    """Return a folder's YAML files that are not hidden, in order; none where there is no such folder."""
    found = (path for ending in ("*.yaml", "*.yml") for path in folder.glob(ending))
    return sorted(path for path in found if not path.name.startswith("."))
