"""The insured register, the household register and the register of residence certificates."""
