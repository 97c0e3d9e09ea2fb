"""Encoders that exist only for comparison with the product's: recurrent, convolutional and sentence model."""
