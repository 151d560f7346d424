// Package blob is where a cloud keeps what is large or grows: bundles and artefacts by digest, audit records. Blobs are
// written once and never changed.
package blob

import (
	"context"
	"errors"
	"io"
)

// ErrNotFound says that there is no such blob.
var ErrNotFound = errors.New("no such blob")

// ErrExists says that a blob of that key is there, with other octets.
var ErrExists = errors.New("a blob of this key exists")

// Store keeps blobs under slashed keys. It may be used concurrently.
type Store interface {
	// Put keeps a blob for good before it returns. The same octets again are no error, others are ErrExists.
	Put(ctx context.Context, key string, octets []byte) error
	// Load returns a blob, or ErrNotFound.
	Load(ctx context.Context, key string) ([]byte, error)
	// Open returns the octets of a blob from an offset on, or ErrNotFound; beyond its end there are none. The caller closes it.
	Open(ctx context.Context, key string, offset int64) (io.ReadCloser, error)
	// List returns the keys with a prefix, in order.
	List(ctx context.Context, prefix string) ([]string, error)
	// Delete removes a blob, if it is there.
	Delete(ctx context.Context, key string) error
}
