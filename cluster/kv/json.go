package kv

import (
	"context"
	"encoding/json"
	"fmt"
)

// Load reads a key's JSON into a value of type T and returns its version, or ErrNotFound.
func Load[T any](ctx context.Context, s Store, key string) (value T, version int64, err error) {
	e, err := s.Get(ctx, key)
	if err != nil {
		return value, 0, fmt.Errorf("read %s: %w", key, err)
	}
	value, err = Decode[T](e)
	return value, e.Version, err
}

// Decode reads an entry's JSON.
func Decode[T any](e Entry) (value T, err error) {
	if err := json.Unmarshal(e.Value, &value); err != nil {
		return value, fmt.Errorf("read %s: %w", e.Key, err)
	}
	return value, nil
}

// LoadAll reads the JSON of all keys with a prefix, and returns the version as of which they are.
func LoadAll[T any](ctx context.Context, s Store, prefix string) (values []T, version int64, err error) {
	entries, version, err := s.List(ctx, prefix)
	if err != nil {
		return nil, 0, fmt.Errorf("list %s: %w", prefix, err)
	}
	for _, e := range entries {
		v, err := Decode[T](e)
		if err != nil {
			return nil, 0, err
		}
		values = append(values, v)
	}
	return values, version, nil
}

// Encode is the JSON of a value that has no cycle, channel or function.
func Encode(value any) []byte {
	octets, err := json.Marshal(value)
	if err != nil {
		panic("kv: this value has no JSON: " + err.Error())
	}
	return octets
}

// Update replaces a key's value by what change makes of it, again until nobody else was faster. change is given the
// zero value where the key is not there; its error ends the update and is returned.
func Update[T any](ctx context.Context, s Store, key string, change func(value *T, there bool) error) error {
	for {
		value, version, err := Load[T](ctx, s, key)
		if err != nil && !isNotFound(err) {
			return err
		}
		if err := change(&value, version > 0); err != nil {
			return err
		}
		_, err = s.Commit(ctx, Txn{If: []Check{{Key: key, Version: version}}, Put: []Put{{Key: key, Value: Encode(value)}}})
		if !isConflict(err) {
			return err
		}
	}
}
