from coppice_world.host import main

main()
