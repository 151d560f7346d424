package supervisor

import "errors"

// Permanent marks err as one that a restart will not cure: bad configuration,
// refused credentials. An actor that fails with it is held, not retried hot.
// errors.Is and errors.As see through the mark. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// IsPermanent tells whether err, or an error it wraps, says of itself that it is
// permanent: through Permanent, or through a method Permanent() bool, which
// packages that do not know this one may have.
func IsPermanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent()
}

type permanent struct{ error }

func (p permanent) Unwrap() error   { return p.error }
func (p permanent) Permanent() bool { return true }
