package audit

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/blob"
)

// Read returns the records of a day (UTC), in the order of time, and at most the last limit of them.
func Read(ctx context.Context, store blob.Store, day time.Time, limit int) ([]Record, error) {
	keys, err := store.List(ctx, prefix+day.UTC().Format("2006-01-02")+"/")
	if err != nil {
		return nil, fmt.Errorf("list the audit records: %w", err)
	}
	var records []Record
	for _, key := range keys {
		r, _, err := load(ctx, store, key)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	slices.SortStableFunc(records, func(a, b Record) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Sequence, b.Sequence)) })
	return records[max(0, len(records)-limit):], nil
}

func load(ctx context.Context, store blob.Store, key string) (r Record, octets []byte, err error) {
	if octets, err = store.Load(ctx, key); err == nil {
		err = json.Unmarshal(octets, &r)
	}
	if err != nil {
		return r, nil, fmt.Errorf("read audit record %s: %w", key, err)
	}
	return r, octets, nil
}

// Verify walks every chain and names what is missing or was changed. Nothing means that all is as it was written.
func Verify(ctx context.Context, store blob.Store) (wrong []string, err error) {
	keys, err := store.List(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("list the audit records: %w", err)
	}
	chains := map[string][]string{}
	for _, key := range keys {
		name := path.Base(key)
		chain := name[:max(strings.LastIndexByte(name, '-'), 0)]
		chains[chain] = append(chains[chain], key)
	}
	for _, chain := range chains {
		slices.SortFunc(chain, func(a, b string) int { return strings.Compare(path.Base(a), path.Base(b)) })
		wrong = append(wrong, verify(ctx, store, chain)...)
	}
	slices.Sort(wrong)
	return wrong, nil
}

func verify(ctx context.Context, store blob.Store, chain []string) (wrong []string) {
	previous := ""
	for i, key := range chain {
		r, octets, err := load(ctx, store, key)
		switch {
		case err != nil:
			wrong = append(wrong, err.Error())
		case r.Sequence != uint64(i+1):
			return append(wrong, fmt.Sprintf("%s: record %d of its chain stands where %d was written: some are missing", key, r.Sequence, i+1))
		case r.Previous != previous:
			wrong = append(wrong, key+": the record before it was changed")
		}
		previous = digest(octets)
	}
	return wrong
}
