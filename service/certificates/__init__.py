"""Digital certificates (数字证照): issued for green documents, looked up by anybody who has their code."""
