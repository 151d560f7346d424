package fn

import "fmt"

// What one call may make, so that no row can take the memory of the node.
const (
	maxOctets   = 4 << 20 // of a text or a blob
	maxElements = 1 << 16 // of an array
)

// atMost is the error of a result that would be larger than it may be.
func atMost(size, limit int64, of string) error {
	if size <= limit {
		return nil
	}
	return fmt.Errorf("the result has %d %s: at most %d are allowed", size, of, limit)
}
