package state

import (
	"encoding/binary"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/store/codec"
)

// Boot is one start of the node.
type Boot struct {
	Number  uint64    // from 1 on
	Deaths  int       // starts before this one, in a row, that never became healthy
	Started time.Time // by the clock, which may be wrong
}

var bootKey = []byte("last")

// BeginBoot counts a start of the node, as one that dies unless MarkHealthy
// says otherwise. Whoever starts a node decides by Deaths whether to start all
// of it.
func (s *State) BeginBoot(at time.Time) (Boot, error) {
	b := Boot{Number: 1, Started: at.UTC()}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		if last, healthy, err := lastBoot(tx); err == nil {
			b.Number = last.Number + 1
			if !healthy {
				b.Deaths = last.Deaths + 1
			}
		}
		return putBoot(tx, b, false)
	})
	if err != nil {
		return Boot{}, fmt.Errorf("count boot: %w", err)
	}
	return b, nil
}

// MarkHealthy says that the node of this boot has proven itself: the next one
// starts without deaths.
func (s *State) MarkHealthy() error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b, healthy, err := lastBoot(tx)
		if err != nil || healthy {
			return err
		}
		return putBoot(tx, b, true)
	})
	if err != nil {
		return fmt.Errorf("mark boot healthy: %w", err)
	}
	return nil
}

func putBoot(tx *bbolt.Tx, b Boot, healthy bool) error {
	value := binary.AppendUvarint(nil, b.Number)
	value = binary.AppendUvarint(value, uint64(b.Deaths))
	value = binary.AppendVarint(value, b.Started.UnixNano())
	flag := byte(0)
	if healthy {
		flag = 1
	}
	return tx.Bucket(bootsBucket).Put(bootKey, sealed(append(value, flag)))
}

func lastBoot(tx *bbolt.Tx) (b Boot, healthy bool, err error) {
	stored := tx.Bucket(bootsBucket).Get(bootKey)
	if stored == nil {
		return Boot{}, false, ErrNotFound
	}
	value, err := unsealed(stored)
	if err != nil {
		return Boot{}, false, err
	}
	r := codec.NewReader(value)
	b = Boot{Number: r.Uvarint(), Deaths: r.Count(0), Started: time.Unix(0, r.Varint()).UTC()}
	healthy = r.Byte() == 1
	return b, healthy, r.Err()
}
