"""The commands of the language room. Each loads only what it needs: `analyse` never imports scikit-learn."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "analyse": "nlp.commands:analyse",
    "match": "nlp.commands:match",
    "retrieve": "nlp.commands:retrieve",
    "hot-issues": "nlp.commands:hot_issues",
    "train": "nlp.train:command",
    "learn": "nlp.learn:command",
    "evaluate": "nlp.evaluate:command",
    "benchmark": "nlp.benchmark:command",
    "check-corpus": "nlp.corpus.check:command",
}
"""Name of a command -> `module:function`."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, function = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command


main = LazyGroup("nlp", help="Analysis of residents' messages, and the training of its models.")

if __name__ == "__main__":
    main(prog_name="python -m nlp")
