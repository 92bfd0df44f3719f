"""The safe loader for YAML: the one in C where PyYAML was built with it, which reads ten times as fast."""

from __future__ import annotations

import yaml

# Its methods and errors are those of `yaml.SafeLoader`.
YamlLoader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
