module github.com/holdfast-edge/holdfast/test/enippeer

go 1.26

require github.com/danomagnum/gologix v0.41.0-beta

require github.com/npat-efault/crc16 v0.0.0-20161013170008-4128ccbe47c3 // indirect
