package promapi

import "github.com/prometheus/prometheus/storage"

// Both is several sources as one. Their series differ.
type Both []storage.Queryable

// Querier returns one over all of them.
func (b Both) Querier(mint, maxt int64) (storage.Querier, error) {
	all := make([]storage.Querier, 0, len(b))
	for _, source := range b {
		q, err := source.Querier(mint, maxt)
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return storage.NewMergeQuerier(all, nil, storage.ChainedSeriesMerge), nil
}
