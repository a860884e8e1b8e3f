"""What answers mean: points, interval, verdict. Pure: arrays in, frozen results out."""
