"""The lab: experiments that measure the product. The product never imports them."""
