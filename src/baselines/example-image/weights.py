"""What the model has learnt; order matters, since sums of floats do."""

BIAS = -1.25
WEIGHTS = {"amount_hkd": 0.0001, "payee_age_days": -0.002, "hour_of_day": 0.01}
