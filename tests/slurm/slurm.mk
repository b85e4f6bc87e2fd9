## test-slurm: sweep and fuzz as job arrays on a cluster of its own on this machine, a node killed in the middle; root; needs slurmctld, slurmd, slurm-client, munge
.PHONY: test-slurm
test-slurm: all $(BUILD)/san/nestor
	@tests/slurm/sweep.sh
