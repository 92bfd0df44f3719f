"""Without a language model nothing of it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_answering_without_a_model_imports_no_package_of_one() -> None:
    code = (
        "import sys, assistant.chain, assistant.settings\n"
        "names = ('openai', 'anthropic', 'ollama', 'langchain_openai', 'langchain.chat_models')\n"
        "print([name for name in names if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
