package main

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

const site = "plant-7"

// began is when the plant's time begins: at the beginning of a shard.
const began = int64(1_800_000_000_000_000_000)

// plant makes what devices measure: half slow analogue signals with one decimal,
// a third counters, the rest states; with a jittering clock.
type plant struct {
	schemas []*tag.Schema
	levels  [][]int
	random  *rand.Rand
}

func newPlant(streams, tags int) (*plant, error) {
	p := &plant{random: rand.New(rand.NewPCG(11, 12))}
	fields := make([]tag.Field, tags)
	for i := range fields {
		fields[i] = tag.Field{Name: fmt.Sprintf("tag_%d", i), Kind: tag.Float}
	}
	for i := range streams {
		name := fmt.Sprintf("device_%d", i)
		schema, err := tag.NewSchema(tag.NewStreamID(site, name), name, fields...)
		if err != nil {
			return nil, err
		}
		p.schemas = append(p.schemas, schema)
		p.levels = append(p.levels, make([]int, tags))
	}
	return p, nil
}

// second appends what all devices measure in a second.
func (p *plant) second(ctx context.Context, l *log.Log, second int) error {
	for i, schema := range p.schemas {
		b := tag.NewBuilder(schema, 1)
		row := b.Row(began + int64(second)*1e9 + int64(p.random.IntN(2_000_000)))
		levels := p.levels[i]
		for slot := range row {
			switch kind := slot * 6 / len(row); {
			case kind < 3:
				levels[slot] += p.random.IntN(5) - 2
				row[slot] = tag.FloatOf(float64(2000+levels[slot]) / 10)
			case kind < 5:
				levels[slot] += p.random.IntN(3)
				row[slot] = tag.IntOf(int64(levels[slot]))
			default:
				row[slot] = tag.BoolOf(second/600%2 == 0)
			}
		}
		if err := l.Append(ctx, b.Batch()); err != nil {
			return err
		}
	}
	return nil
}
