"""Encoders that exist to be compared with the product's: recurrent, convolutional, and a sentence model."""
