package memory_test

import (
	"testing"

	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/rota/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, storetest.Harness{Open: func(testing.TB) storetest.Store { return memory.New() }})
}
