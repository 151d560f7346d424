package kv

import "errors"

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

func isConflict(err error) bool { return errors.Is(err, ErrConflict) }
