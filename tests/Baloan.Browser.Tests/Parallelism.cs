// A browser waits more than it works, for the app and for what it draws.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]
