"""The command `gan-ainm`, on top of everything else."""
