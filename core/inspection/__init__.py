"""A look inside a trained network: its gates and states, its gradients."""
