package state

import (
	"fmt"

	"go.etcd.io/bbolt"
)

// Put keeps a small document under a key, in the space of whoever keeps it.
func (s *State) Put(space, key string, document []byte) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.Bucket(documentsBucket).CreateBucketIfNotExists([]byte(space))
		if err != nil {
			return err
		}
		return b.Put([]byte(key), sealed(document))
	})
	if err != nil {
		return fmt.Errorf("keep document %s/%s: %w", space, key, err)
	}
	return nil
}

// Document returns the document of a key, or ErrNotFound.
func (s *State) Document(space, key string) ([]byte, error) {
	var document []byte
	err := s.db.View(func(tx *bbolt.Tx) (err error) {
		b := tx.Bucket(documentsBucket).Bucket([]byte(space))
		if b == nil {
			return ErrNotFound
		}
		stored := b.Get([]byte(key))
		if stored == nil {
			return ErrNotFound
		}
		document, err = unsealed(stored)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read document %s/%s: %w", space, key, err)
	}
	return document, nil
}

// Remove forgets the document of a key, if there is one.
func (s *State) Remove(space, key string) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(documentsBucket).Bucket([]byte(space))
		if b == nil {
			return nil
		}
		return b.Delete([]byte(key))
	})
	if err != nil {
		return fmt.Errorf("remove document %s/%s: %w", space, key, err)
	}
	return nil
}

// Documents returns the documents of a space by key, without those that are
// damaged.
func (s *State) Documents(space string) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := s.db.View(func(tx *bbolt.Tx) error {
		b := tx.Bucket(documentsBucket).Bucket([]byte(space))
		if b == nil {
			return nil
		}
		return b.ForEach(func(k, v []byte) error {
			if document, err := unsealed(v); err == nil {
				all[string(k)] = document
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read documents of %s: %w", space, err)
	}
	return all, nil
}
