package link

import "fmt"

// Versions is a range of versions of the protocol that a peer speaks.
type Versions struct{ Oldest, Newest uint32 }

// Spoken returns the versions that this build speaks: its own, and the one before. Version 1 has no Confirmed and no
// questions but Status; all else is the same.
func Spoken() Versions { return Versions{Oldest: 1, Newest: 2} }

// Agree returns the highest version that both speak.
func (v Versions) Agree(other Versions) (uint32, error) {
	version := min(v.Newest, other.Newest)
	if version == 0 || version < max(v.Oldest, other.Oldest) {
		return 0, fmt.Errorf("one side speaks versions %d to %d of the link, the other %d to %d: update the older one",
			v.Oldest, v.Newest, other.Oldest, other.Newest)
	}
	return version, nil
}

// Confirms tells whether a version has the cloud's confirmation of a generation. Without it a node does not wait for
// one.
func Confirms(version uint32) bool { return version >= 2 }
