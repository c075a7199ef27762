"""Programs for developers: start everything, walk the whole chain, measure. The service imports none of them."""
