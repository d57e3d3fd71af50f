"""Use cases: what obctl does, with Graph as `ports.Gateway` and the store. It shows nothing."""
