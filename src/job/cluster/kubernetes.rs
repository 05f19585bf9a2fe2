use serde_json::json;

use super::ClusterOptions;
use crate::job::Bundle;

/// An Indexed Job of Kubernetes as JSON, which `kubectl apply -f` takes: one index a unit, each with the attempts of the
/// job. The folders of bundle and results are volume claims named `endcap-bundle` and `endcap-results`, mounted at the
/// paths of the options. With a queue it waits for Kueue.
///
/// Bad input (exit code 2) ends an index at once: trying it again would end the same way.
#[must_use]
pub fn kubernetes(bundle: &Bundle, options: &ClusterOptions) -> String {
    let manifest = bundle.manifest();
    let units = bundle.plan().len();
    let name = format!("endcap-{}", &bundle.digest().to_string()[3..15]);
    let labels = match &options.queue {
        Some(queue) => json!({"app.kubernetes.io/name": "endcap", "kueue.x-k8s.io/queue-name": queue}),
        None => json!({"app.kubernetes.io/name": "endcap"}),
    };
    let mount = |claim: &str, path: &str| json!({"name": claim, "mountPath": path});
    let volume =
        |claim: &str| json!({"name": claim, "persistentVolumeClaim": {"claimName": format!("endcap-{claim}")}});
    let container = json!({
        "name": "endcap",
        "image": options.image,
        "command": [options.program],
        "args": options.arguments("$(JOB_COMPLETION_INDEX)"),
        "resources": {"limits": {"nvidia.com/gpu": "1"}},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            mount("bundle", &options.bundle),
            mount("results", &options.results),
            {"name": "scratch", "mountPath": "/tmp"},
        ],
    });
    let job = json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name, "labels": labels, "annotations": {"endcap/job": bundle.digest().to_string()}},
        "spec": {
            "completionMode": "Indexed",
            "completions": units,
            "parallelism": options.parallel.clamp(1, units.max(1)),
            "suspend": options.queue.is_some(),
            "backoffLimitPerIndex": manifest.limits.attempts - 1,
            "maxFailedIndexes": units,
            "podFailurePolicy": {"rules": [{
                "action": "FailIndex",
                "onExitCodes": {"containerName": "endcap", "operator": "In", "values": [2]},
            }]},
            "template": {
                "metadata": {"labels": {"app.kubernetes.io/name": "endcap"}},
                "spec": {
                    "restartPolicy": "Never",
                    "activeDeadlineSeconds": manifest.limits.wall_s,
                    "automountServiceAccountToken": false,
                    "containers": [container],
                    "volumes": [volume("bundle"), volume("results"), {"name": "scratch", "emptyDir": {}}],
                },
            },
        },
    });
    let mut text = serde_json::to_string_pretty(&job).expect("plain data");
    text.push('\n');
    text
}
