"""An article with its claims, sources, evidence and verdicts as one YAML file: docs/dossier.md."""
