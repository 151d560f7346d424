package fn

import "github.com/holdfast-edge/holdfast/tag"

// refusing makes a Bind of a function that asks about its argument i once, where
// that is a constant: one that no row can make right is an error of the query and
// not of each row.
func refusing(i int, check func(tag.Value) error, f Scalar) func([]tag.Value) (Scalar, error) {
	return func(constants []tag.Value) (Scalar, error) {
		if i < len(constants) && !constants[i].IsNull() {
			if err := check(constants[i]); err != nil {
				return nil, err
			}
		}
		return f, nil
	}
}
