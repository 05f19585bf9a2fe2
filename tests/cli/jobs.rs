//! A job from bundle to dataset: packed, its units made in any order, verified, collected.

use crate::{SMALL, Shop, adapter, files, run};

#[test]
fn a_job_ends_in_the_bytes_of_a_run_on_one_machine() {
    let shop = Shop::open();
    let what = format!(
        "close --seed 4 --frames 2..7 {SMALL} --format all --depth-scale 1 --split a=0.5,b=0.5 --split-by product \
         --shard-frames 3"
    );
    let (code, out, err) = run(shop.endcap(&format!("job pack {what} --unit 2 --out bundle")));
    assert!(code == 0 && out.starts_with("b3:") && out.contains("3 units"), "{out}{err}");
    let on = format!("--catalog products.csv --adapter {}", adapter());
    for unit in [2, 0] {
        let (code, out, err) = run(shop.endcap(&format!("job run bundle --unit {unit} --out results {on}")));
        assert!(code == 0 && out.starts_with("0x"), "{out}{err}");
    }
    let (code, _, err) = run(shop.endcap(&format!("job run bundle --unit 3 --out results {on}")));
    assert!(code == 2 && err.contains("there is no unit 3; the job has 3"), "{err}");

    // What is there is taken, what is missing is said, and later the dataset goes on.
    let (code, out, err) = run(shop.endcap(&format!("job collect bundle results --out set {on}")));
    assert!(code == 1 && out.contains("unit 0: valid") && err.contains("unit 1 cannot be taken"), "{out}{err}");
    let (code, _, err) = run(shop.endcap(&format!("job run bundle --unit 1 --out results {on}")));
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(shop.endcap(&format!("job collect bundle results --out set {on}")));
    assert!(code == 0 && out.contains("unit 2: valid") && out.contains("5 frames"), "{out}{err}");
    let (code, out, _) = run(shop.endcap("check set"));
    assert_eq!(code, 0, "{out}");

    let (code, _, err) = run(shop.endcap(&format!("render {what} --adapter {} --out alone --quiet", adapter())));
    assert_eq!(code, 0, "{err}");
    let (collected, alone) = (files(&shop.path("set")), files(&shop.path("alone")));
    assert_eq!(collected.keys().collect::<Vec<_>>(), alone.keys().collect::<Vec<_>>());
    let different: Vec<_> =
        alone.iter().filter(|(path, bytes)| collected[*path] != **bytes).map(|(path, _)| path).collect();
    assert!(different.is_empty(), "{different:?}");

    // The same by one command, with a coordinator and a worker in one process, whose work is looked at again.
    let (code, out, err) = run(shop.endcap(&format!("job submit bundle --state state --check --json {on}")));
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = run(shop.endcap("job status state --json"));
    let status: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    assert!(code == 0 && status["units"]["valid"] == 3, "{status}");
    let (code, out, err) = run(shop.endcap("job fetch state --out fetched --catalog products.csv"));
    assert!(code == 0 && out.contains("5 frames"), "{out}{err}");
    assert!(files(&shop.path("fetched")) == alone, "what is fetched is what one machine makes");

    // A delivery of another unit is none of this one, and no unit is an error that names it.
    std::fs::copy(shop.path("results/unit-000000.tar"), shop.path("results/unit-000001.tar")).expect("writable");
    let (code, out, _) = run(shop.endcap(&format!("job verify bundle results --units 1 --json {on}")));
    let verdict: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &verdict["outcome"]), (1, &"invalid".into()), "{out}");
    assert!(out.contains("claim.json: unit"), "{out}");
}

#[test]
fn a_job_for_one_program_is_made_by_no_other() {
    let shop = Shop::open();
    let own = env!("CARGO_BIN_EXE_endcap");
    let other = shop.write("other", "another program");
    let image = format!("registry.example.org/endcap:1@sha256:{}", "0a".repeat(32));
    let what = format!("job pack close --frames 0..1 {SMALL} --planes instance --unit 1 --image {image}");
    let pack = |file: &str, out: &str| {
        let (code, _, err) = run(shop.endcap(&format!("{what} --binary x86_64-unknown-linux-gnu={file} --out {out}")));
        assert_eq!(code, 0, "{err}");
    };
    pack(own, "ours");
    pack(other.to_str().expect("text"), "theirs");
    let on = format!("--catalog products.csv --adapter {}", adapter());
    let (code, _, err) = run(shop.endcap(&format!("job run theirs --unit 0 --out results {on}")));
    assert!(code == 2 && err.contains("this program has the digest b3:"), "{code} {err}");
    let (code, _, err) = run(shop.endcap(&format!("job run ours --unit 0 --out results {on}")));
    assert_eq!(code, 0, "{err}");
    let (code, out, _) = run(shop.endcap("job template ours --for kubernetes"));
    assert!(code == 0 && out.contains(&image), "{out}");
    for (wrong, said) in [
        ("--binary linux", "TARGET=FILE"),
        ("--binary a-b=absent", "absent"),
        ("--image endcap:latest", "renderer.image"),
    ] {
        let (code, _, err) =
            run(shop.endcap(&format!("job pack close --frames 0..1 {SMALL} --unit 1 --out wrong {wrong}")));
        assert!(code == 2 && err.contains(said), "{wrong}: {code} {err}");
    }
}

/// Needs `bwrap`: `.ci/setup-sandbox`.
#[test]
#[cfg(target_os = "linux")]
fn a_job_that_trains_delivers_what_was_learnt() {
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/setup-sandbox");
    assert!(
        std::process::Command::new(&script).output().expect("a shell").status.success(),
        "run {}",
        script.display()
    );
    let shop = Shop::open();
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/train/count_pixels.toml");
    let pack =
        format!("job pack close --frames 0..2 {SMALL} --planes instance --unit 2 --train {example} --out bundle");
    let (code, out, err) = run(shop.endcap(&pack));
    assert!(code == 0 && out.contains("1 units"), "{out}{err}");
    let on = format!("--catalog products.csv --adapter {}", adapter());
    let (code, out, err) = run(shop.endcap(&format!("job train bundle --unit 0 --out trained {on}")));
    assert!(code == 0 && out.contains("counts.json"), "{out}{err}");
    let (code, out, err) = run(shop.endcap(&format!("job run bundle --unit 0 --out results {on}")));
    assert!(code == 0 && out.contains("2 frames"), "{out}{err}");
    let (code, out, err) = run(shop.endcap(&format!("job collect bundle results --out collected {on}")));
    assert!(code == 0 && out.contains("unit 0: valid") && out.contains("outputs of 1 units"), "{out}{err}");
    assert_eq!(files(&shop.path("collected")), files(&shop.path("trained")));
    let (code, out, err) = run(shop.endcap(&format!("job submit bundle --state state --out fetched {on}")));
    assert!(code == 0 && out.contains("outputs of 1 units"), "{out}{err}");
    assert_eq!(files(&shop.path("fetched")), files(&shop.path("trained")));
    let plan = shop.write("plan.toml", "command = ['a']\noutputs = { '../x' = 5 }");
    let pack = format!("job pack close --frames 0..2 {SMALL} --train {} --out other", plan.display());
    let (code, _, err) = run(shop.endcap(&pack));
    assert!(code == 2 && err.contains("plan.toml") && err.contains("../x"), "{err}");
}

/// Needs a Python with the packages of `tests/python/requirements.txt`, named by the variable `ENDCAP_PYTHON`.
#[test]
fn render_farms_take_the_template_and_run_it() {
    let Some(python) = std::env::var_os("ENDCAP_PYTHON").filter(|python| !python.is_empty()) else {
        eprintln!("skipped: ENDCAP_PYTHON names no Python with the packages of tests/python/requirements.txt");
        return;
    };
    let shop = Shop::open();
    let pack = format!("job pack close --frames 0..3 {SMALL} --planes instance --unit 2 --out bundle");
    let (code, _, err) = run(shop.endcap(&pack));
    assert_eq!(code, 0, "{err}");
    let open_job = |arguments: &[&str]| {
        let mut command = std::process::Command::new(&python);
        command.args(["-c", "from openjd.cli import main; main()"]).args(arguments).current_dir(shop.path(""));
        let output = command.output().expect("Python starts");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{text}");
        text
    };
    assert!(open_job(&["check", "bundle/template.yaml"]).contains("passes validation checks"));
    let parameter = |name: &str, value: &str| format!("{name}={value}");
    let path = |name: &str| shop.path(name).display().to_string();
    let parameters = [
        parameter("Bundle", &path("bundle")),
        parameter("Results", &path("results")),
        parameter("Catalog", &path("products.csv")),
        parameter("Endcap", env!("CARGO_BIN_EXE_endcap")),
    ];
    let mut arguments = vec!["run", "bundle/template.yaml", "--step", "Render", "--tasks", r#"[{"Unit":1}]"#];
    parameters.iter().for_each(|parameter| arguments.extend(["-p", parameter]));
    let text = open_job(&arguments);
    assert!(text.contains("1 frames -> ") && shop.path("results/unit-000001.tar").exists(), "{text}");
    // Kubernetes' own schema, unknown fields refused.
    let (code, job, err) = run(shop.endcap("job template bundle --for kubernetes --queue lab --catalog products.csv"));
    assert_eq!(code, 0, "{err}");
    let path = shop.write("job.json", job);
    let mut command = std::process::Command::new(&python);
    command.args(["-m", "kubernetes_validate", "--strict", "-k", "1.33"]).arg(path);
    let output = command.output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&[output.stdout, output.stderr].concat()));

    let verify = format!("job verify bundle results --units 1 --catalog products.csv --adapter {}", adapter());
    let (code, out, err) = run(shop.endcap(&verify));
    assert!(code == 0 && out.contains("unit 1: valid"), "{out}{err}");
}

#[test]
fn slurm_gets_every_unit_in_arrays_that_it_takes() {
    let shop = Shop::open();
    let pack = format!("job pack close --frames 0..25 {SMALL} --unit 2 --wall 90 --out bundle");
    assert_eq!(run(shop.endcap(&pack)).0, 0);
    let (code, script, err) = run(shop.endcap("job template bundle --for slurm --array 5 --parallel 3 --results a'b"));
    assert_eq!(code, 0, "{err}");
    let arrays: Vec<&str> = script.lines().filter(|line| line.starts_with("sbatch")).collect();
    assert_eq!(arrays.len(), 3, "thirteen units: {script}");
    assert!(arrays[0].contains("--array=0-4%3 ") && arrays[2].contains("--array=0-2%3 "), "{script}");
    assert!(arrays.iter().all(|line| line.contains("--time=2 ")), "{script}");
    for offset in [0, 5, 10] {
        assert!(script.contains(&format!("SLURM_ARRAY_TASK_ID + {offset}))")), "{script}");
    }
    // An array's last task has the number of the array itself: named by that, all of it would run again.
    assert!(script.contains("scontrol requeue \"${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\""), "{script}");
    assert!(script.contains("mkdir -p 'a'\\''b/logs'") && !script.contains("SLURM_JOB_ID"), "{script}");
    // The shell that would run it understands it.
    let path = shop.write("run.sh", &script);
    let output = std::process::Command::new("sh").arg("-n").arg(path).output().expect("a shell");
    assert!(output.status.success(), "{script}");
}

#[test]
fn jobs_that_nobody_could_verify_are_refused() {
    let shop = Shop::open();
    for (arguments, expected) in
        [("close --time-limit 3", "depend on the machine"), ("close --client 0x12", "--client"), ("nowhere", "nowhere")]
    {
        let (code, _, err) = run(shop.endcap(&format!("job pack {arguments} --catalog products.csv --out bundle")));
        assert!(code == 2 && err.contains(expected), "{arguments}: {code} {err}");
    }
    let (code, _, err) = run(shop.endcap("job pack close --catalog products.csv --size 60x80 --out bundle"));
    assert_eq!(code, 0, "{err}");
    let (code, _, err) = run(shop.endcap(&format!("job run bundle --unit 0 --out results --adapter {}", adapter())));
    assert!(code == 2 && err.contains("the catalogue has the digest"), "{err}");
}
