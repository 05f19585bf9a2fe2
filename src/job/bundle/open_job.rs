use super::JobManifest;

/// The job as an Open Job Description template: one task a unit, each runs `endcap job run` in the bundle's folder.
///
/// YAML is written by hand: the template has a fixed shape, and all that varies are numbers and a digest.
pub(super) fn template(manifest: &JobManifest) -> String {
    let (last, wall) = (manifest.plan().len().saturating_sub(1), manifest.limits.wall_s);
    let digest = manifest.digest().to_string();
    // Names are at most 64 characters long.
    let name = &digest[..19];
    // JSON's texts are YAML's too.
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let (parameter, arguments) = match manifest.catalog.source.as_str() {
        "builtin" => (String::new(), ""),
        source => (
            format!(
                "  - name: Catalog\n    type: STRING\n    default: {}\n    description: \"Catalogue of the job\"\n",
                text(source)
            ),
            "\n            - \"--catalog\"\n            - \"{{Param.Catalog}}\"",
        ),
    };
    format!(
        r#"specificationVersion: jobtemplate-2023-09
name: "endcap {name}"
description: "Labelled pictures of supermarket shelves, job {digest}"
parameterDefinitions:
  - name: Bundle
    type: PATH
    objectType: DIRECTORY
    dataFlow: IN
    default: "."
    description: "Folder of the bundle"
  - name: Results
    type: PATH
    objectType: DIRECTORY
    dataFlow: OUT
    default: "results"
    description: "Folder for the results of the units"
  - name: Endcap
    type: STRING
    default: "endcap"
    description: "The program"
{parameter}steps:
  - name: Render
    parameterSpace:
      taskParameterDefinitions:
        - name: Unit
          type: INT
          range: "0-{last}"
    script:
      actions:
        onRun:
          command: "{{{{Param.Endcap}}}}"
          args:
            - job
            - run
            - "{{{{Param.Bundle}}}}"
            - "--unit"
            - "{{{{Task.Param.Unit}}}}"
            - "--out"
            - "{{{{Param.Results}}}}"{arguments}
          timeout: {wall}
"#
    )
}
