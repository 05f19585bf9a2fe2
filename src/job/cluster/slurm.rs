use super::ClusterOptions;
use crate::job::Bundle;

/// A shell script that submits the job to Slurm: one array task a unit, as many arrays as the cluster's `MaxArraySize`
/// asks for. A task that fails is put into the queue again until the job's attempts are used up.
///
/// Every task sets its own time limit: without one, a node that dies keeps its task for ever.
#[must_use]
pub fn slurm(bundle: &Bundle, options: &ClusterOptions) -> String {
    let manifest = bundle.manifest();
    let units = bundle.plan().len();
    let name = &bundle.digest().to_string()[3..15];
    let minutes = manifest.limits.wall_s.div_ceil(60);
    let attempts = manifest.limits.attempts;
    let arguments: Vec<String> = options
        .arguments("$unit")
        .iter()
        .map(|word| if word == "$unit" { "\"$unit\"".into() } else { quoted(word) })
        .collect();
    let command = arguments.join(" ");
    let mut script = format!(
        "#!/bin/sh\n# Job {} of endcap: {units} units. Submits arrays of Slurm and prints their numbers.\nset -eu\n",
        bundle.digest()
    );
    let size = options.array.max(1);
    for first in (0..units).step_by(size as usize) {
        let last = (units - first).min(size) - 1;
        let parallel = options.parallel.max(1);
        script += &format!(
            "sbatch --parsable --job-name=endcap-{name} --array=0-{last}%{parallel} --time={minutes} --requeue --open-mode=append <<'TASK'\n\
             #!/bin/sh\n\
             unit=$((SLURM_ARRAY_TASK_ID + {first}))\n\
             attempt=${{SLURM_RESTART_COUNT:-0}}\n\
             endcap {command} --attempt \"$attempt\" && exit 0\n\
             if [ \"$attempt\" -lt {} ]; then scontrol requeue \"$SLURM_JOB_ID\"; fi\n\
             exit 1\n\
             TASK\n",
            attempts - 1
        );
    }
    script
}

/// A word for a POSIX shell, whatever is in it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_one_word_in_a_shell() {
        assert_eq!(quoted("out/a-b.tar"), "out/a-b.tar");
        assert_eq!(quoted("it's $HOME; rm"), r"'it'\''s $HOME; rm'");
        assert_eq!(quoted(""), "''");
    }
}
