// Each of these tests keeps all processors busy by itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
