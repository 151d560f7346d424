package mqttd

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// vault is the broker's file: sessions, what waits for them, what they have
// half received, and retained messages. One goroutine writes it and commits
// whatever has gathered meanwhile as one transaction, so that many publishers
// share one wait for the disk. A nil vault keeps nothing, and says yes at once.
//
//	sessions/<client>          JSON of storedSession
//	queues/<client>/<place>    record of an item
//	received/<client>/<id>     a QoS 2 message that the client has not released
//	retained/<topic>           record of an item
type vault struct {
	db   *bbolt.DB
	lazy time.Duration // how long work waits that nobody waits for

	failed func(error) // told of every transaction that was not committed

	mu      sync.Mutex
	work    []work
	closing bool
	awake   chan struct{} // holds one token while there is something to do
	done    chan struct{} // closed when run has returned
}

// work is changes of one transaction, and what is to be done when they are on
// the disk. then is called in the order of submission, from one goroutine.
type work struct {
	change func(*bbolt.Tx) error // nil for none
	then   func(error)           // nil where nobody waits
}

const (
	sessionsBucket = "sessions"
	queuesBucket   = "queues"
	receivedBucket = "received"
	retainedBucket = "retained"
)

// newVault takes over an open file.
func newVault(db *bbolt.DB) (*vault, error) {
	err := db.Update(func(tx *bbolt.Tx) error {
		for _, name := range []string{sessionsBucket, queuesBucket, receivedBucket, retainedBucket} {
			if _, err := tx.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", db.Path(), err), db.Close())
	}
	return &vault{db: db, lazy: time.Second, awake: make(chan struct{}, 1), done: make(chan struct{})}, nil
}

// submit hands work over. It does not wait: what bounds the work is the number
// of messages that publishers may have unacknowledged.
func (v *vault) submit(change func(*bbolt.Tx) error, then func(error)) {
	if v == nil {
		if then != nil {
			then(nil)
		}
		return
	}
	v.mu.Lock()
	v.work = append(v.work, work{change, then})
	idle := len(v.work) == 1
	v.mu.Unlock()
	if then != nil || idle {
		v.wake(then != nil)
	}
}

// wake lets run look: at once, or after the time that lazy work may wait.
func (v *vault) wake(now bool) {
	if !now {
		time.AfterFunc(v.lazy, func() { v.wake(true) })
		return
	}
	select {
	case v.awake <- struct{}{}:
	default:
	}
}

// run commits until close. It is the vault's only writer.
func (v *vault) run() {
	defer close(v.done)
	for range v.awake {
		for v.commit() {
		}
		v.mu.Lock()
		over := v.closing && len(v.work) == 0
		v.mu.Unlock()
		if over {
			return
		}
	}
}

// mostWork bounds a transaction, and with it the memory that it takes.
const mostWork = 4096

// commit writes what has gathered and reports whether there was anything.
func (v *vault) commit() bool {
	v.mu.Lock()
	group := v.work[:min(len(v.work), mostWork)]
	if v.work = v.work[len(group):]; len(v.work) == 0 {
		v.work = nil
	}
	v.mu.Unlock()
	if len(group) == 0 {
		return false
	}
	err := v.db.Update(func(tx *bbolt.Tx) error {
		for _, w := range group {
			if w.change == nil {
				continue
			}
			if err := w.change(tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("commit %d changes: %w", len(group), err)
		v.failed(err)
	}
	for _, w := range group {
		if w.then != nil {
			w.then(err)
		}
	}
	return true
}

// close commits what is left and closes the file.
func (v *vault) close() error {
	if v == nil {
		return nil
	}
	v.mu.Lock()
	v.closing = true
	v.mu.Unlock()
	v.wake(true)
	<-v.done
	return v.db.Close()
}

// storedSession is a session as it stands in the vault.
type storedSession struct {
	User          string               `json:"user,omitempty"`
	Version       byte                 `json:"version"`
	Expiry        time.Duration        `json:"expiry"` // negative: never
	Away          time.Time            `json:"away,omitzero"`
	Subscriptions []storedSubscription `json:"subscriptions,omitempty"`
}

type storedSubscription struct {
	Filter            string `json:"filter"` // with $share/group
	ID                int    `json:"id,omitempty"`
	QoS               byte   `json:"qos"`
	NoLocal           bool   `json:"no_local,omitempty"`
	RetainAsPublished bool   `json:"retain_as_published,omitempty"`
}

func putSession(tx *bbolt.Tx, client string, s storedSession) error {
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode session %q: %w", client, err)
	}
	return tx.Bucket([]byte(sessionsBucket)).Put([]byte(client), data)
}

// dropSession forgets a session with all that waits for it.
func dropSession(tx *bbolt.Tx, client string) error {
	for _, name := range []string{queuesBucket, receivedBucket} {
		err := tx.Bucket([]byte(name)).DeleteBucket([]byte(client))
		if err != nil && !errors.Is(err, bolterrors.ErrBucketNotFound) {
			return err
		}
	}
	return tx.Bucket([]byte(sessionsBucket)).Delete([]byte(client))
}

func putItem(tx *bbolt.Tx, client string, it *item) error {
	queue, err := tx.Bucket([]byte(queuesBucket)).CreateBucketIfNotExists([]byte(client))
	if err != nil {
		return err
	}
	return queue.Put(place(it.seq), encodeRecord(it))
}

func deleteItem(tx *bbolt.Tx, client string, seq uint64) error {
	queue := tx.Bucket([]byte(queuesBucket)).Bucket([]byte(client))
	if queue == nil {
		return nil
	}
	return queue.Delete(place(seq))
}

func putReceived(tx *bbolt.Tx, client string, id uint16) error {
	received, err := tx.Bucket([]byte(receivedBucket)).CreateBucketIfNotExists([]byte(client))
	if err != nil {
		return err
	}
	return received.Put(binary.BigEndian.AppendUint16(nil, id), []byte{})
}

func deleteReceived(tx *bbolt.Tx, client string, id uint16) error {
	received := tx.Bucket([]byte(receivedBucket)).Bucket([]byte(client))
	if received == nil {
		return nil
	}
	return received.Delete(binary.BigEndian.AppendUint16(nil, id))
}

// putRetained keeps the message of a topic, or forgets it where it is empty.
func putRetained(tx *bbolt.Tx, m *message) error {
	if len(m.payload) == 0 {
		return deleteRetained(tx, m.topic)
	}
	return tx.Bucket([]byte(retainedBucket)).Put([]byte(m.topic), encodeRecord(&item{message: m, qos: m.qos, retain: true}))
}

func deleteRetained(tx *bbolt.Tx, topic string) error {
	return tx.Bucket([]byte(retainedBucket)).Delete([]byte(topic))
}

// read returns the content of items that wait for a client, as far as it is
// there.
func (v *vault) read(client string, places []uint64) (found map[uint64]*message, err error) {
	if v == nil {
		return nil, nil
	}
	found = make(map[uint64]*message, len(places))
	err = v.db.View(func(tx *bbolt.Tx) error {
		queue := tx.Bucket([]byte(queuesBucket)).Bucket([]byte(client))
		if queue == nil {
			return nil
		}
		for _, seq := range places {
			it, failed := decodeRecord(queue.Get(place(seq)))
			if failed != nil {
				err = errors.Join(err, fmt.Errorf("read message %d of %q: %w", seq, client, failed))
				continue
			}
			found[seq] = it.message
		}
		return err
	})
	return found, err
}

func place(seq uint64) []byte { return binary.BigEndian.AppendUint64(nil, seq) }

// Database returns where sessions and retained messages are kept, nil where they
// are not. It is the broker's to close.
func (b *Broker) Database() *bbolt.DB {
	if b.vault == nil {
		return nil
	}
	return b.vault.db
}
