package history

// Stats is what the history has done and where it stands.
type Stats struct {
	Rows        int64 // taken in, in this life of the process
	Late        int64 // too old to be let in
	Future      int64 // ahead of the clock: quarantined
	Released    int64 // let in from quarantine, since their time has come
	Overflow    int64 // dropped, since the quarantine was full
	Flushes     int64
	Octets      int64 // of blocks written
	Removed     int64 // shards, by the retention
	Sealed      int64 // shards
	Damaged     int64 // blocks that queries had to leave out
	Quarantined int   // shards put aside
	Waiting     int   // values in memory
	Shards      int
	Bytes       int64 // of the files
}

// Stats returns a snapshot.
func (h *History) Stats() Stats {
	all := h.shards.list(minTime, maxTime)
	h.swap.RLock()
	waiting := h.waiting
	h.swap.RUnlock()
	return Stats{
		Rows: h.counters.rows.Load(), Late: h.counters.late.Load(), Future: h.counters.future.Load(), Released: h.counters.released.Load(), Overflow: h.counters.overflow.Load(),

		Flushes: h.counters.flushes.Load(), Octets: h.counters.octets.Load(), Removed: h.counters.removed.Load(), Sealed: h.counters.sealed.Load(),
		Damaged: h.counters.damaged.Load(), Quarantined: h.shards.quarantined(),
		Waiting: waiting, Shards: len(all), Bytes: total(all),
	}
}
