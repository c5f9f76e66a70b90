"""What one addition, division, square root or exponential costs on this machine, alone and side by side."""
