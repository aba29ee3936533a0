"""The house stands as it was drawn: floors, one floor for each module, guarded logs, no heavy imports."""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.logs import FORBIDDEN

ROOTS = ("bot", "nlp", "knowledge_base", "broadcasts", "community")


def _modules() -> Iterator[str]:
    for root in ROOTS:
        for file in sorted(Path(root).rglob("*.py")):
            if "versions" in file.parts or file.name == "env.py":
                continue
            parts = file.with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _floors() -> list[list[str]]:
    contract = configparser.ConfigParser()
    contract.read(".importlinter", encoding="utf-8")
    layers = contract["importlinter:contract:floors"]["layers"].strip().splitlines()
    return [re.split(r"\s*[|:]\s*", layer.strip()) for layer in layers]


def test_imports_point_downward_only() -> None:
    code = "from importlinter.cli import lint_imports_command as run; run()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_module_stands_on_exactly_one_floor() -> None:
    floors = _floors()
    for module in _modules():
        if module in {"bot", "community"}:  # packages that only hold others
            continue
        standing = [
            number
            for number, layer in enumerate(floors)
            if any(module == name or module.startswith(name + ".") for name in layer)
        ]
        assert len(standing) == 1, f"{module} stands on {len(standing)} floors: name it in .importlinter"


@pytest.mark.parametrize("module", ["bot.app", "bot.worker"])
def test_what_runs_all_day_never_imports_scikit_learn(module: str) -> None:
    code = f"import sys, {module}; sys.exit(any(name.startswith(('sklearn', 'scipy')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_log_call_carries_what_a_resident_wrote() -> None:
    for root in ROOTS:
        for file in Path(root).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if _is_log_call(node):
                    keys = {keyword.arg for keyword in node.keywords}
                    assert not keys & FORBIDDEN, f"{file}:{node.lineno} logs {keys & FORBIDDEN}"


def _is_log_call(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"debug", "info", "warning", "error", "exception"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"log", "_log"}
    )


def test_only_the_training_imports_scikit_learn() -> None:
    allowed = {"nlp/train.py", "nlp/linear.py", "nlp/train_matching.py", "nlp/evaluate.py", "nlp/benchmark.py",
               "nlp/hot_issues.py", "knowledge_base/training.py",
               "knowledge_base/calibration.py", "knowledge_base/index.py", "knowledge_base/evaluate.py"}  # fmt: skip
    for root in ROOTS:
        for file in Path(root).rglob("*.py"):
            if re.search(r"^\s*(import|from) (sklearn|scipy)", file.read_text(encoding="utf-8"), re.M):
                assert file.as_posix() in allowed, f"{file} imports scikit-learn"


def test_every_public_function_has_a_docstring() -> None:
    bare = []
    for root in ROOTS:
        for file in Path(root).rglob("*.py"):
            if "migrations" in file.parts:
                continue
            for node in _public_definitions(ast.parse(file.read_text(encoding="utf-8"))):
                if ast.get_docstring(node) is None:
                    bare.append(f"{file}:{node.lineno} {node.name}")
    assert not bare


def _public_definitions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from (
                    one for one in node.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
                )
