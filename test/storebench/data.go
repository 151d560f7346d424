package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
	"github.com/holdfast-edge/holdfast/test/plant"
)

const (
	began    = int64(1_800_000_000_000_000_000)
	tagsEach = 20
)

// stream returns a schema of floats.
func stream(name string, fields int) *tag.Schema {
	all := make([]tag.Field, fields)
	for i := range all {
		all[i] = tag.Field{Name: fmt.Sprintf("f%d", i), Kind: tag.Float}
	}
	s, err := tag.NewSchema(tag.NewStreamID(plant.Site, name), name, all...)
	if err != nil {
		panic(err) // the names are distinct
	}
	return s
}

// newPlant returns a plant of some devices.
func newPlant(devices int) *plant.Plant {
	p, err := plant.New(devices, tagsEach)
	if err != nil {
		panic(err) // the names are distinct
	}
	return p
}

// moment is when a second of the plant begins.
func moment(second int) time.Time { return time.Unix(0, began+int64(second)*1e9) }

// climate returns rows of some 200 octets of JSON.
func climate(rows int) *tag.Batch {
	b := tag.NewBuilder(stream("climate", 18), rows)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range rows {
		row := b.Row(began + int64(i)*1e8)
		for slot := range 16 {
			row[slot] = tag.FloatOf(float64(2000+slot*100+random.IntN(16)) / 10)
		}
		row[16], row[17] = tag.IntOf(int64(i)), tag.BoolOf(i%100 == 0)
	}
	return b.Batch()
}

// noise returns rows that do not compress.
func noise(seed int) *tag.Batch {
	b := tag.NewBuilder(stream("noise", 64), 2000)
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	for i := range 2000 {
		row := b.Row(began + int64(i))
		for slot := range row {
			row[slot] = tag.FloatOf(random.NormFloat64())
		}
	}
	return b.Batch()
}
