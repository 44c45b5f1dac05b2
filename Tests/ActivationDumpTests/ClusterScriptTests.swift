import Foundation
import TestSupport
import Testing

/// Tests of the cluster scripts with stand-ins for Slurm and the program, for events that are too rare on a
/// real Slurm.
struct ClusterScriptTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // The stand-in for the program reports as many images as the file `rows` says, and writes the arguments
    // of `dump` to a file.
    try script(
      "program",
      """
      case $1 in
      inspect) [ -e "$HERE/rows" ] && printf '      "rows_done" : %s,\\n      "rows_done" : [\\n' "$(cat "$HERE/rows")" ;;
      *)
        printf '%s\\n' "$@" >"$HERE/arguments"
        case ${SIGNAL:-} in
        '') [ -z "${AFTER:-}" ] || echo "$AFTER" >"$HERE/rows"; exit "${STATUS:-0}" ;;
        *) trap 'echo 9 >"$HERE/rows"; exit 75' "$SIGNAL"; kill -s "$SIGNAL" "$PPID"; while :; do sleep 0.05; done ;;
        esac ;;
      esac
      """)
    for tool in ["scontrol", "scancel"] {
      try script(tool, "printf '%s\\n' \(tool) \"$@\" >>\"$HERE/calls\"; exit \"${REFUSED:-0}\"")
    }
  }

  private func script(_ name: String, _ text: String) throws {
    try folder.write("#!/bin/bash\n\(text)\n".utf8, to: name)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder(name))
  }

  private func run(_ script: String, _ arguments: [String], _ environment: [String: String]) throws
    -> Program.Outcome
  {
    let path = "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
    return try Program.tool(
      "bash", [repositoryFile("Slurm/\(script)")] + arguments,
      environment: ["HERE": folder.path, "PATH": path, "ACTIVATION_DUMP": folder("program")]
        .merging(environment) { $1 })
  }

  private func job(_ environment: [String: String], _ arguments: String...) throws -> Program.Outcome {
    let task = ["SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "5", "SLURM_ARRAY_TASK_ID": "3"]
      .merging(["ACTIVATION_DUMP_SHARDS": "16"]) { $1 }
    return try run("job.sbatch", arguments, task.merging(environment) { $1 })
  }

  private func text(_ name: String) -> String {
    (try? String(contentsOfFile: folder(name), encoding: .utf8)) ?? ""
  }

  @Test(
    "a job is requeued if it stopped resumably or was killed, made progress, and was not requeued too often",
    arguments: [
      (0, 8, 0, false), (65, 8, 0, false), (74, 8, 0, false), (1, 8, 0, false), (139, 8, 0, false),
      (75, 8, 0, true), (137, 8, 0, true), (75, 8, 49, true), (75, 8, 50, false), (137, 8, 51, false),
      (75, 4, 0, false), (137, 4, 0, false),
    ])
  func requeuing(status: Int32, after: Int, restarts: Int, isRequeued: Bool) throws {
    try folder.write("4".utf8, to: "rows")
    let outcome = try job(
      ["STATUS": "\(status)", "AFTER": "\(after)", "SLURM_RESTART_COUNT": "\(restarts)"], "dump", "--output",
      folder("out"))
    #expect(outcome.status == status, "\(outcome.errors)")
    // Only the task is requeued, not the array, whose number is also that of one of its tasks.
    #expect(text("calls") == (isRequeued ? "scontrol\nrequeue\n5_3\n" : ""))
    #expect(
      outcome.output.contains(
        "start \(restarts + 1) on \(hostName), ? processors, 4 images done, \(folder("out"))/shard-03-of-16"))
    #expect(outcome.output.contains("ended with \(status) after "))
    #expect(outcome.output.contains(" s, \(after) images done\n"))
    #expect(outcome.output.contains(": requeued\n") == isRequeued)
  }

  private var hostName: String {
    (try? Program.tool("uname", ["-n"], environment: [:]).output.trimmingCharacters(in: .newlines)) ?? ""
  }

  @Test("the maximum number of requeues can be set, and a refusal to requeue is reported")
  func bounds() throws {
    for (restarts, calls) in [("1", 1), ("2", 1)] {
      let environment = ["STATUS": "75", "AFTER": "\(restarts)", "SLURM_RESTART_COUNT": restarts]
      let outcome = try job(
        environment.merging(["ACTIVATION_DUMP_MAX_REQUEUES": "2"]) { $1 }, "dump", "--output=x")
      #expect(outcome.status == 75)
      #expect(text("calls").split(separator: "\n").count == 3 * calls)
    }
    let refused = try job(["STATUS": "75", "AFTER": "3", "REFUSED": "1"], "dump", "--output=x")
    #expect(refused.status == 75 && refused.output.contains("could not be requeued"))
  }

  @Test("a merge is requeued regardless of its progress, under the number of its job")
  func merges() throws {
    let outcome = try job(
      ["STATUS": "75", "SLURM_ARRAY_JOB_ID": "", "SLURM_ARRAY_TASK_ID": ""], "merge", "a", "--output", "b")
    #expect(outcome.status == 75 && text("calls") == "scontrol\nrequeue\n7\n")
    #expect(!outcome.output.contains("images done"))
  }

  @Test("the warning before the time limit is forwarded and leads to a requeue; the end of the job does not")
  func signals() throws {
    let warned = try job(["SIGNAL": "USR1"], "dump", "--output", "x")
    #expect(warned.status == 75 && text("calls") == "scontrol\nrequeue\n5_3\n")
    #expect(warned.output.contains("received SIGUSR1"))
    try FileManager.default.removeItem(atPath: folder("rows"))
    let ended = try job(["SIGNAL": "TERM"], "dump", "--output", "x")
    #expect(ended.status == 75 && ended.output.contains("received SIGTERM"))
    #expect(text("calls") == "scontrol\nrequeue\n5_3\n")
  }

  @Test("the folder of a task that records all images, or a given part, is the output itself")
  func foldersOfParts() throws {
    try folder.write("4".utf8, to: "rows")
    for (options, name) in [
      ([], "x/shard-03-of-16"), (["--shard", "auto"], "x/shard-03-of-16"), (["--shard", "none"], "x"),
      (["--shard=1/2"], "x"),
    ] {
      let words = ["dump", "--output", "x"] + options
      let outcome = try run(
        "job.sbatch", words,
        [
          "SLURM_JOB_ID": "7", "SLURM_ARRAY_JOB_ID": "5", "SLURM_ARRAY_TASK_ID": "3",
          "ACTIVATION_DUMP_SHARDS": "16",
        ])
      #expect(outcome.output.contains("images done, \(name)\n"), "\(outcome.output)")
    }
  }

  @Test("arguments reach the program unchanged")
  func quoting() throws {
    let words = [
      "dump", "--output", "a b", "--images", "it's \"here\"", "--layers", "*", "--units", "$HOME\\n", "",
    ]
    #expect(try run("job.sbatch", words, ["SLURM_JOB_ID": "7"]).status == 0)
    #expect(text("arguments") == words.joined(separator: "\n") + "\n")
  }

  /// Runs the script with stand-ins. Their queue holds some lines of `squeue`, and new jobs are numbered from
  /// 20.
  private func submit(_ options: [String], queue: [String: String] = [:], missing: String = "0-2,5-6")
    throws -> Program.Outcome
  {
    try script(
      "squeue",
      "while [ $# -gt 0 ]; do [ $1 = --name ] && cat \"$HERE/queue-${2##*-}\" 2>/dev/null; shift; done; true")
    try script(
      "sbatch",
      """
      printf '%s\\n' 'submitted:' "$@" "shards: $ACTIVATION_DUMP_SHARDS" >>"$HERE/calls"
      echo x >>"$HERE/count"; echo "$((19 + $(wc -l <"$HERE/count")));cluster"
      """)
    try script(
      "program",
      """
      case "$*" in
      *--missing*) echo '\(missing)' ;;
      *--dry-run*) printf '%s\\n' "$@" >"$HERE/arguments"; printf '{\\n  "memory_bytes" : 104857600,\\n}\\n' ;;
      *) exit 66 ;;
      esac
      """)
    // A job that is completing has ended a moment later.
    try script("sleep", "sed -i /COMPLETING/d \"$HERE\"/queue-*")
    for (name, lines) in queue { try folder.write(lines.utf8, to: "queue-\(name)") }
    return try run("submit.sh", options, [:])
  }

  /// Returns the last part of the name of the jobs that record an output.
  private func number(of output: String) throws -> String {
    let sum = try Program.shell("printf %s \"$1\" | cksum", output).output
    return String(sum.split(separator: " ")[0])
  }

  @Test(
    "missing shards that are not in the queue are submitted, then a merge that waits for all shards, and a check"
  )
  func submitting() throws {
    let output = folder("it's a 100 % %j run")
    let name = "dump-it_s_a_100____j_run-\(try number(of: output))"
    let outcome = try submit(
      [
        "--shards", "8", "--output", output, "--cpus", "3", "--at-once", "2", "--sbatch", "--comment=a b",
        "--",
        "--images", "my images", "--model", "m",
      ],
      queue: [
        try number(of: output): "11 2 RUNNING\n12 5 PENDING\n13 6 COMPLETING\n", "merge": "14 N/A PENDING\n",
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let calls = text("calls").split(separator: "submitted:\n", omittingEmptySubsequences: false).map {
      $0.split(separator: "\n").map(String.init)
    }
    try #require(calls.count == 4, "\(text("calls"))")
    let logs = "\(output).shards/logs".replacing("%", with: "%%")
    let common = ["--parsable", "--export=ALL", "--requeue", "--open-mode=append", "--signal=B:USR1@120"]
    let script = repositoryFile("Slurm/job.sbatch")
    // The sizes are 100.25 MiB and 256 MiB.
    #expect(
      calls[1] == common + [
        "--job-name=\(name)", "--array=0,1,6%2", "--cpus-per-task=3", "--mem=381M",
        "--output=\(logs)/%A_%a.log",
        "--comment=a b", script, "dump", "--images", "my images", "--model", "m", "--output",
        "\(output).shards",
        "--resume", "shards: 8", "scancel", "--state=PENDING", "--user", NSUserName(), "--name",
        "\(name)-merge,\(name)-check",
      ])
    #expect(
      calls[2] == common + [
        "--kill-on-invalid-dep=yes", "--mem=1G", "--job-name=\(name)-merge", "--dependency=afterok:20:11:12",
        "--cpus-per-task=3", "--output=\(logs)/%j-merge.log", "--comment=a b", script, "merge",
        "\(output).shards", "--output", output, "--resume", "shards: 8",
      ])
    #expect(calls[3].contains("--dependency=afterok:21") && calls[3].contains("check"))
    // The script has tried the jobs' command.
    #expect(text("arguments").contains("--images\nmy images\n--model\nm\n"))
    #expect(text("arguments").contains("--shard\n0/8\n--threads\n3\n"))
  }

  @Test(
    "shards that are all in the queue are not submitted again, and shards that are all recorded are merged")
  func nothingToSubmit() throws {
    let arguments = ["--shards", "8", "--output", folder("out"), "--", "--model", "m"]
    let name = try number(of: folder("out"))
    let waiting = try submit(
      arguments, queue: [name: "11 0 RUNNING\n12 1 PENDING\n", "merge": "14 N/A PENDING\n"], missing: "0-1")
    #expect(waiting.status == 0 && waiting.output.contains("nothing to do") && text("calls").isEmpty)
    let merging = try submit(arguments, queue: [name: "", "merge": ""], missing: "")
    #expect(merging.status == 0 && !text("calls").contains("--dependency=afterok:\n"))
    #expect(text("calls").contains("\nmerge\n") && !text("calls").contains("\ndump\n"))
  }

  @Test(
    "invalid arguments are a usage error, and nothing is submitted",
    arguments: [
      ["--output", "x", "--", "--model", "m"], ["--shards", "8", "--", "--model", "m"],
      ["--shards", "x", "--output", "x", "--"], ["--shards", "0", "--output", "x", "--"],
      ["--shards", "8", "--output", "x"], ["--shards", "8", "--output", "x", "--model", "m"],
      ["--shards", "8", "--output", "x", "--cpus", "-1", "--"], ["--shards"],
      ["--shards", "8", "--output", "x\n", "--"], ["--shards", "8", "--output", "x\\y", "--"],
      ["--shards", "8", "--output", "x", "--", "--shard", "0/2"],
      ["--shards", "8", "--output", "x", "--", "--output=y"],
      ["--shards", "8", "--output", "x", "--", "--overwrite"],
    ])
  func usage(options: [String]) throws {
    let outcome = try submit(options)
    #expect(outcome.status == 64 && outcome.errors.hasPrefix("submit: "), "\(outcome.errors)")
    #expect(text("calls").isEmpty)
  }
}
