"""Made by scripts/python_commands.py from the program's own help; do not edit."""

from __future__ import annotations

from typing import Any, Literal, Optional

from .._call import call, document
from .._display import ProgressOption
from .._run import PathLike


def trials_make(
    *,
    stimuli: PathLike,
    model: str,
    output: PathLike,
    extra_name: Optional[str] = None,
    condition: Optional[Literal["natural", "optimized"]] = None,
    catch: Optional[PathLike] = None,
    trials: Optional[int] = None,
    catch_trials: Optional[int] = None,
    tasks: Optional[int] = None,
    units: Optional[int] = None,
    min_batch: Optional[int] = None,
    max_batch: Optional[int] = None,
    references: Optional[int] = None,
    seed: Optional[int] = None,
    structure_only: bool = False,
    link: bool = False,
    copy: bool = False,
    overwrite: bool = False,
    threads: Optional[int] = None,
    progress: ProgressOption = None,
) -> dict[str, Any]:
    """Deal units out to tasks and lay out what the experiment's page loads.

    Returns what it reports, as a dictionary.

    Args:
        stimuli: The folder of stimuli, as 'exemplars' writes it.
        model: The network, as its folder is called before the underscore.
        output: The folder to make; its name becomes that of the experiment.
        extra_name: What the folder's name adds to the network's: hard95, for instance.
        condition: natural, or optimized: references are optimized_images, queries natural ones. Default: natural.
        catch: The folder of catch trials, as 'trials catch' makes it.
        trials: Trials of a task that count; the study's -nt. Default: 40.
        catch_trials: Catch trials of a task; -nc. Default: 5.
        tasks: Tasks, one for each participant; -nh. Default: 63.
        units: Units that are shown; -upm. They have to divide tasks × trials. Default: 84.
        min_batch: The first batch that is shown; -minb. Default: 0.
        max_batch: The last batch that is shown; -maxb. Default: the study's 10 or, where units have fewer, their last.
        references: References that a participant sees at either end, as index.json says; -nr. Default: 9.
        seed: The seed of both generators, from 0 to 4294967295. Default: 1.
        structure_only: Only make OUTPUT, as a file of the tasks in JSON.
        link: Make files of one picture hard links, which take no room and change together; where the file system
            cannot, copies. The default.
        copy: Make every file a copy of its own.
        overwrite: Replace the tasks that are there.
        threads: How many threads. Default: one for each processor this process may use.
        progress: As for :func:`run`.
    """
    completed = call(
        ["trials", "make"],
        {
            "--json": True,
            "--stimuli": stimuli,
            "--model": model,
            "--output": output,
            "--extra-name": extra_name,
            "--condition": condition,
            "--catch": catch,
            "--trials": trials,
            "--catch-trials": catch_trials,
            "--tasks": tasks,
            "--units": units,
            "--min-batch": min_batch,
            "--max-batch": max_batch,
            "--references": references,
            "--seed": seed,
            "--structure-only": structure_only,
            "--link": link,
            "--copy": copy,
            "--overwrite": overwrite,
            "--threads": threads,
        },
        [],
        progress,
    )
    return document(completed)
