package state

import (
	"encoding/binary"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"
)

// Damage tells, in words, what could not be read when the state was opened:
// that the file was put aside, and every value whose checksum does not hold.
func (s *State) Damage() []string { return s.damage }

// scan reads every value.
func (s *State) scan() (damage []string, err error) {
	note := func(err error, format string, args ...any) {
		if err != nil && !errors.Is(err, ErrNotFound) {
			damage = append(damage, fmt.Sprintf(format, args...)+": "+err.Error())
		}
	}
	err = s.look(func(tx *bbolt.Tx) error {
		generations := tx.Bucket(generationsBucket)
		err := generations.ForEachBucket(func(k []byte) error {
			if len(k) != numberSize {
				note(errKey, "a configuration")
				return nil
			}
			number := binary.BigEndian.Uint64(k)
			_, _, err := generationOf(generations, number)
			note(err, "configuration %d", number)
			return nil
		})
		for _, key := range pointers() {
			_, err := pointer(tx, key)
			note(err, "which configuration is the %s one", key)
		}
		_, _, failed := lastBoot(tx)
		note(failed, "the count of starts")
		return errors.Join(err, scanDocuments(tx.Bucket(documentsBucket), note))
	})
	return damage, err
}

// numberSize is the length of the key of a generation.
const numberSize = 8

// errKey says that a key is none.
var errKey = errors.New("its number cannot be read")

func scanDocuments(spaces *bbolt.Bucket, note func(error, string, ...any)) error {
	return spaces.ForEachBucket(func(space []byte) error {
		return spaces.Bucket(space).ForEach(func(k, v []byte) error {
			_, err := intact(v)
			note(err, "document %q of %q", k, space)
			return nil
		})
	})
}
