package log

import "github.com/holdfast-edge/holdfast/tag"

// skip gives up everything before a position, and leaves gaps in its place.
func (c *consumer) skip(before uint64, cause tag.Cause) error {
	c.mu.Lock()
	spans := c.lanes.skip(before)
	c.mu.Unlock()
	var gone []lost
	for _, s := range spans {
		some, err := c.log.account(s, c.wants)
		gone = append(gone, some...)
		if err != nil {
			return err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.giveUp(gone, cause)
	return nil
}

// giveUp makes gaps of what is lost for this cursor. They are kept until they
// are acknowledged. The caller holds mu.
func (c *consumer) giveUp(gone []lost, cause tag.Cause) {
	now := c.log.options.Now().UnixNano()
	growing := c.growing(cause)
	for _, e := range gone {
		known, ok := c.log.streams.at(e.stream)
		if !ok {
			continue
		}
		id := tag.Identity{Site: e.life.site, Stream: known.id, Incarnation: e.life.incarnation, Sequence: e.first}
		c.addGap(growing, tag.Gap{First: id, Count: e.rows, Cause: cause, At: now})
		c.lag -= min(e.rows, c.lag)
		c.stats.skipped += e.rows
		c.log.counters.drop(known.name, cause, e.rows)
	}
	c.gapsDirty = true
	c.touch()
	c.poke()
}

// growing returns the gaps that can still grow, by the identity of the record
// that would continue them.
func (c *consumer) growing(cause tag.Cause) map[tag.Identity]int {
	ends := make(map[tag.Identity]int, len(c.gaps))
	for i, own := range c.gaps {
		if own.ticket == 0 && own.gap.Cause == cause {
			ends[endOf(own.gap)] = i
		}
	}
	return ends
}

// addGap adds a gap, to the one that it continues where there is one.
func (c *consumer) addGap(growing map[tag.Identity]int, g tag.Gap) {
	i, ok := growing[g.First]
	if ok {
		delete(growing, g.First)
		c.gaps[i].gap.Count += g.Count
	} else {
		i = len(c.gaps)
		c.gaps = append(c.gaps, ownGap{gap: g})
	}
	growing[endOf(c.gaps[i].gap)] = i
}

// endOf returns the identity of the record behind a gap.
func endOf(g tag.Gap) tag.Identity {
	end := g.First
	end.Sequence += g.Count
	return end
}
