/* Debian's build of Lua makes a header of this name: the architecture, which is a part of the path where modules are.
 */
#define DEB_HOST_MULTIARCH "nestor"
