// Package backup is a cloud in one file: what is in its store, its blobs, and, added where they are, the keys of its CA.
//
//	store.jsonl    a key and its value per line, without what is under a member's lease
//	blobs/KEY      every blob
//	ca/FILE        the CA's directory; whoever has it can be the cloud
package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
)

const (
	root      = "/holdfast/" // of all keys
	storeFile = "store.jsonl"
	blobsDir  = "blobs/"
	caDir     = "ca/"
	largest   = 256 << 20 // octets of one entry
)

// ErrNotEmpty says that a cloud is there already, which a backup would be mixed with.
var ErrNotEmpty = errors.New("there is a cloud already: restore into an empty store, an empty CA directory, and no member running")

// ErrArchive says that a file is no backup of a cloud, or not whole.
var ErrArchive = errors.New("no whole backup of a cloud")

// entry is a key as it is kept.
type entry struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// leased tells whether a key is a member's, and means nothing without it.
func leased(key string) bool {
	return strings.HasPrefix(key, gateway.MemberPrefix) || strings.HasPrefix(key, gateway.OwnerPrefix) || key == rollout.TurnKey
}

// Write writes what is in the store and in the blob store. The store is read first, at one version: the blobs that it speaks
// of are there then, and stay.
func Write(ctx context.Context, w *tar.Writer, store kv.Store, blobs blob.Store) error {
	list, _, err := store.List(ctx, root)
	if err != nil {
		return fmt.Errorf("back the store up: %w", err)
	}
	var lines bytes.Buffer
	e := json.NewEncoder(&lines)
	for _, one := range list {
		if leased(one.Key) {
			continue
		}
		if err := e.Encode(entry{one.Key, one.Value}); err != nil {
			return fmt.Errorf("back %s up: %w", one.Key, err)
		}
	}
	keys, err := blobs.List(ctx, "")
	if err != nil {
		return fmt.Errorf("back the blobs up: %w", err)
	}
	for _, key := range keys {
		octets, err := blobs.Load(ctx, key)
		if err != nil {
			return fmt.Errorf("back blob %s up: %w", key, err)
		}
		if err := put(w, blobsDir+key, octets); err != nil {
			return err
		}
	}
	return put(w, storeFile, lines.Bytes()) // the last one: without it an archive is not whole
}

// WriteCA adds the CA's directory.
func WriteCA(w *tar.Writer, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("back the CA up: %w", err)
	}
	for _, e := range entries {
		octets, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return fmt.Errorf("back the CA up: %w", err)
		}
		if err := put(w, caDir+e.Name(), octets); err != nil {
			return err
		}
	}
	return nil
}

func put(w *tar.Writer, name string, octets []byte) error {
	err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(octets)), Typeflag: tar.TypeReg})
	if err == nil {
		_, err = w.Write(octets)
	}
	if err != nil {
		return fmt.Errorf("write %s into the backup: %w", name, err)
	}
	return nil
}

// Copy copies the entries of an archive into another one that goes on, and tells whether it was whole.
func Copy(w *tar.Writer, r io.Reader) error {
	whole := false
	err := each(r, func(name string, octets []byte) error {
		whole = name == storeFile
		return put(w, name, octets)
	})
	if err == nil && !whole {
		err = ErrArchive
	}
	return err
}

// each calls visit with the files of an archive.
func each(r io.Reader, visit func(name string, octets []byte) error) error {
	for t := tar.NewReader(r); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if h.Typeflag != tar.TypeReg || !fs.ValidPath(h.Name) || h.Size > largest {
			return fmt.Errorf("%w: it holds %q", ErrArchive, h.Name)
		}
		octets, err := io.ReadAll(t)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrArchive, err)
		}
		if err := visit(h.Name, octets); err != nil {
			return err
		}
	}
}

// Read restores a cloud: its CA into a directory, its blobs, and then its store, which has to be empty, as the CA's directory
// has to be.
func Read(ctx context.Context, r io.Reader, store kv.Store, blobs blob.Store, ca string) error {
	if err := empty(ctx, store, ca); err != nil {
		return err
	}
	var lines []byte
	var authority int
	err := each(r, func(name string, octets []byte) error {
		switch {
		case name == storeFile:
			lines = octets
		case strings.HasPrefix(name, blobsDir):
			return blobs.Put(ctx, strings.TrimPrefix(name, blobsDir), octets)
		case strings.HasPrefix(name, caDir) && path.Dir(name) == path.Clean(caDir):
			authority++
			return restoreFile(filepath.Join(ca, path.Base(name)), octets)
		default:
			return fmt.Errorf("%w: it holds %q", ErrArchive, name)
		}
		return nil
	})
	if err == nil && (lines == nil || authority == 0) {
		err = ErrArchive
	}
	if err != nil {
		return err
	}
	return fill(ctx, store, lines)
}

func empty(ctx context.Context, store kv.Store, ca string) error {
	list, _, err := store.List(ctx, root)
	if err != nil {
		return fmt.Errorf("look into the store: %w", err)
	}
	if err := os.MkdirAll(ca, 0o700); err != nil {
		return err
	}
	files, err := os.ReadDir(ca)
	if err == nil && len(list)+len(files) > 0 {
		err = ErrNotEmpty
	}
	return err
}

func restoreFile(name string, octets []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(octets)
	return errors.Join(err, f.Sync(), f.Close())
}

// fill puts the keys back, each as one that was not there.
func fill(ctx context.Context, store kv.Store, lines []byte) error {
	for d := json.NewDecoder(bytes.NewReader(lines)); ; {
		var e entry
		err := d.Decode(&e)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil || !strings.HasPrefix(e.Key, root) {
			return fmt.Errorf("%w: its store has the key %q", ErrArchive, e.Key)
		}
		if _, err := store.Commit(ctx, kv.Txn{If: []kv.Check{{Key: e.Key}}, Put: []kv.Put{{Key: e.Key, Value: e.Value}}}); err != nil {
			return fmt.Errorf("restore %s: %w", e.Key, err)
		}
	}
}
